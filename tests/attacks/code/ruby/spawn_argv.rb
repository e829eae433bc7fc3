# A program without a shell.
def attack(event)
  Process.wait(spawn('id', out: event['out']))
end
