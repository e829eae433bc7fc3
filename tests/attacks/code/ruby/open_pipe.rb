# A path that begins with a pipe is a command.
def attack(_event)
  Kernel.open('|id', &:read)
end
