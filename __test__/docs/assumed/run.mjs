// Runs one snippet. If it exports a Lambda handler, calls that twice, as a warm container does.

const { handler } = await import(process.argv[2]);
const context = { awsRequestId: 'one', getRemainingTimeInMillis: () => 10_000 };
for (let call = 0; handler && call < 2; call += 1) {
  const answer = await handler({}, context);
  if (answer?.statusCode !== 200) throw new Error(`the handler returned ${JSON.stringify(answer)}`);
}
