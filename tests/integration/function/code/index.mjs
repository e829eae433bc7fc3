// The Node function of these tests.
export const handler = async (event, context) => {
  console.log("hello");
  if (event.do === "fail") throw new TypeError("no good");
  return { event, uid: process.getuid(), id: context.awsRequestId, arguments: process.execArgv };
};

export const stream = awslambda.streamifyResponse(async (event, out) => {
  const part = "x".repeat(1 << 20);
  for (let number = 0; number < event.parts; number += 1) out.write(part);
  if (event.fail) throw new Error("on the way");
  out.end();
});
