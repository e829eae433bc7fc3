"""Code in a message: marshal, then a function of it."""

import marshal
import types


def attack(event):
    code = compile("import os\ndef f(): return os.environ['AWS_SECRET_ACCESS_KEY']", "<message>", "exec")
    message = marshal.dumps(code)
    room = {}
    exec(marshal.loads(message), room)
    return types.FunctionType(room["f"].__code__, room)()
