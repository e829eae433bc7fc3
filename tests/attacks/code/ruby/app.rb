# An ordinary function: asks its one service, keeps a copy in /tmp, answers. And it has a hole.
require 'net/http'

def handler(event)
  if event['attack']
    require_relative event['attack']
    return attack(event)
  end
  host, port = event['service'].split(':')
  number = Net::HTTP.get(host, '/', port.to_i)
  File.write(File.join(event['tmp'], 'kept.json'), number)
  { greeting: "hello #{event['name']}", number: number }
end
