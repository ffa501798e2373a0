// Names that a snippet may use without declaring them: what an earlier snippet of its page showed.

import type { JWTConfig, OAuth2Config } from 'jsforce-connection-manager';

declare global {
  /** A login by the JWT bearer flow. */
  const config: JWTConfig;
  /** An app and its refresh token. */
  const oauth: OAuth2Config & { refreshToken: string };
  /** A place outside the process for one user's refresh token. */
  const store: {
    read(): Promise<string>;
    write(refreshToken: string): Promise<void>;
  };
}
