// Packages whose types are not installed here, as far as the snippets use them.

declare module 'aws-lambda' {
  export interface Context {
    awsRequestId: string;
    getRemainingTimeInMillis(): number;
  }
}

declare module 'jsonwebtoken' {
  const jwt: {
    sign(
      claims: object,
      key: string,
      options: {
        algorithm: 'RS256';
        issuer: string;
        subject: string;
        audience: string;
        expiresIn: number;
      },
    ): string;
  };
  export default jwt;
}
