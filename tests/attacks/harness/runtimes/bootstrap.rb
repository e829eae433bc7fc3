# A Ruby runtime: asks for events, calls handler of app.rb, answers.
require 'json'
require 'net/http'

HOST, PORT = ENV['AWS_LAMBDA_RUNTIME_API'].split(':')
ROOT = '/2018-06-01/runtime/invocation'.freeze
require File.join(ENV['LAMBDA_TASK_ROOT'], 'app.rb')

loop do
  answer = Net::HTTP.start(HOST, PORT.to_i, nil, read_timeout: 60) { |http| http.get("#{ROOT}/next") }
  id = answer['Lambda-Runtime-Aws-Request-Id']
  begin
    said = handler(JSON.parse(answer.body))
    kind = 'response'
  rescue StandardError, ScriptError => e
    said = "#{e.class}: #{e.message}"
    kind = 'error'
  end
  Net::HTTP.start(HOST, PORT.to_i) { |http| http.post("#{ROOT}/#{id}/#{kind}", JSON.generate(said)) }
end
