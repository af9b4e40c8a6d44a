internal import CGnuTLS

/// What is kept of a key's secret: its SHA-256. The secret is 256 random bits, which nobody finds by trying, so that a
/// slow hash would cost every request and gain nothing.
struct KeyDigest: Sendable {
    let bytes: [UInt8]

    private static let byteCount = 32

    /// `nil` when the library refuses, as it does where a policy of the system forbids the algorithm.
    init?(_ secret: KeySecret) {
        var digest = [UInt8](repeating: 0, count: Self.byteCount)
        var text = secret.text
        let code = text.withUTF8 { text in
            unsafe digest.withUnsafeMutableBytes { digest in
                unsafe gnutls_hash_fast(GNUTLS_DIG_SHA256, text.baseAddress, text.count, digest.baseAddress)
            }
        }
        guard code == 0 else { return nil }
        bytes = digest
    }

    /// One that was kept; `nil` when it has not a digest's length.
    init?(kept bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        self.bytes = bytes
    }

    /// In the same time whatever the difference, so that a secret cannot be found digit by digit.
    func matches(_ other: KeyDigest) -> Bool {
        unsafe bytes.withUnsafeBytes { own in
            unsafe other.bytes.withUnsafeBytes { other in
                unsafe gnutls_memcmp(own.baseAddress, other.baseAddress, Self.byteCount) == 0
            }
        }
    }
}
