require 'socket'
puts RubyVM::YJIT.enabled? ? 'yjit' : 'plain' if defined?(RubyVM::YJIT)
sum = 0
200_000.times { |i| sum += i % 7 }
def tried(name)
  puts "#{name} #{yield.inspect}"
rescue SystemCallError => e
  puts "#{name} #{e.class}"
end
tried('backticks') { `/bin/echo hello`.chomp }
tried('system') { system('/bin/true') }
tried('spawn') { Process.wait(spawn('/bin/true')) && $?.exitstatus }
tried('open') { IO.popen(['/bin/echo', 'hi'], &:read).chomp }
tried('socket') { TCPSocket.new('127.0.0.1', 9) }
