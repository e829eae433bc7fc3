//! Ed25519 verification for policy_store.c. Zig's standard library comes with the compiler; our own curve arithmetic
//! would have to be trusted instead.
const std = @import("std");
const Ed25519 = std.crypto.sign.Ed25519;

pub const panic = std.debug.no_panic;

/// Of a signer that takes no more than some 4 KiB (AWS KMS): it signed these words and the SHA-512 of the message.
export fn outrider_ed25519_verify_digest(key: *const [32]u8, message: [*]const u8, length: usize, signature: *const [64]u8) bool {
    const words = "outrider policy, sha512: ";
    var signed: [words.len + 64]u8 = undefined;
    @memcpy(signed[0..words.len], words);
    std.crypto.hash.sha2.Sha512.hash(message[0..length], signed[words.len..], .{});
    return outrider_ed25519_verify(key, &signed, signed.len, signature);
}

export fn outrider_ed25519_verify(key: *const [32]u8, message: [*]const u8, length: usize, signature: *const [64]u8) bool {
    const public = Ed25519.PublicKey.fromBytes(key.*) catch return false;
    Ed25519.Signature.fromBytes(signature.*).verify(message[0..length], public) catch return false;
    return true;
}
