# Shell metacharacters in an event: `x; id`.
def attack(event)
  `echo invoice for #{event['name']}`
end
