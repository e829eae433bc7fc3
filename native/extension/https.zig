//! A TLS client for refresh_http.c: 1.2 and 1.3, certificate chain and name checked. Zig's standard library comes with
//! the compiler; a protocol of our own would have to be trusted instead.
const std = @import("std");
const Tls = std.crypto.tls.Client;
const buffer_size = Tls.min_buffer_len;

pub const panic = std.debug.no_panic;
/// Nothing is seeded before a fork or a snapshot.
pub const std_options: std.Options = .{ .crypto_always_getrandom = true };

/// Sends the request over the connected socket and reads until the peer closes or `answer` is full. Bytes read, or -1
/// and the name of the error in *wrong. A connection cut off looks like one closed: whoever calls compares lengths.
export fn outrider_tls_exchange(
    socket: c_int,
    host: [*:0]const u8,
    authorities: [*:0]const u8,
    request: [*]const u8,
    request_length: usize,
    answer: [*]u8,
    answer_size: usize,
    wrong: *[*:0]const u8,
) isize {
    const length = exchange(
        .{ .handle = socket },
        std.mem.span(host),
        std.mem.span(authorities),
        request[0..request_length],
        answer[0..answer_size],
    ) catch |err| {
        wrong.* = @errorName(err);
        return -1;
    };
    return @intCast(length);
}

var socket_in: [buffer_size]u8 = undefined;
var socket_out: [buffer_size]u8 = undefined;
var plain_in: [buffer_size]u8 = undefined;
var plain_out: [buffer_size]u8 = undefined;

fn exchange(
    stream: std.net.Stream,
    host: []const u8,
    authorities: []const u8,
    request: []const u8,
    answer: []u8,
) !usize {
    var bundle: std.crypto.Certificate.Bundle = .{};
    try bundle.addCertsFromFilePathAbsolute(std.heap.page_allocator, authorities);
    var reader = stream.reader(&socket_in);
    var writer = stream.writer(&socket_out);
    var tls = try Tls.init(reader.interface(), &writer.interface, .{
        .host = .{ .explicit = host },
        .ca = .{ .bundle = bundle },
        .read_buffer = &plain_in,
        .write_buffer = &plain_out,
        .allow_truncation_attacks = true,
    });
    try tls.writer.writeAll(request);
    try tls.writer.flush();
    try writer.interface.flush();
    return tls.reader.readSliceShort(answer) catch return tls.read_err orelse error.ReadFailed;
}
