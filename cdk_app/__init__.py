"""The CDK app that puts Outrider into an account, and the functions it deploys."""
