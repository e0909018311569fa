// SPDX-License-Identifier: Apache-2.0

internal import CCrypto

/// A key and a certificate for it that vouches for itself: what an admission webhook starts with.
package struct SelfSignedCertificate: Sendable {
    /// OpenSSL refused, or the host is no name that a certificate can carry.
    package struct Failed: Error {}

    package let certificate: [UInt8]
    package let privateKey: [UInt8]

    package init(for host: String, days: Int = 1) throws(Failed) {
        // A comma would begin another name.
        guard host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: ",") }) else { throw Failed() }
        guard let key = crypto_new_p256_key(), let certificate = X509_new() else { throw Failed() }
        defer {
            EVP_PKEY_free(key)
            X509_free(certificate)
        }
        X509_set_version(certificate, 2)  // counted from 0: this is X.509 v3
        ASN1_INTEGER_set(X509_get_serialNumber(certificate), Int.random(in: 1..<1 << 62))
        X509_gmtime_adj(X509_getm_notBefore(certificate), -300)
        X509_gmtime_adj(X509_getm_notAfter(certificate), days * 86_400)
        X509_set_pubkey(certificate, key)
        let name = X509_get_subject_name(certificate)
        // A common name has at most 64 characters; what counts is the alternative name below.
        let commonName = String(host.prefix(64))
        X509_NAME_add_entry_by_txt(name, "CN", 0x1000 /* MBSTRING_FLAG: UTF-8 */, commonName, -1, -1, 0)
        X509_set_issuer_name(certificate, name)
        for (kind, value) in [(NID_subject_alt_name, "DNS:\(host)"), (NID_basic_constraints, "critical,CA:TRUE")] {
            guard let `extension` = X509V3_EXT_conf_nid(nil, nil, kind, value) else { throw Failed() }
            X509_add_ext(certificate, `extension`, -1)
            X509_EXTENSION_free(`extension`)
        }
        guard X509_sign(certificate, key, EVP_sha256()) > 0 else { throw Failed() }
        self.certificate = try Self.text { PEM_write_bio_X509($0, certificate) }
        privateKey = try Self.text { PEM_write_bio_PrivateKey($0, key, nil, nil, 0, nil, nil) }
    }

    private static func text(_ write: (OpaquePointer) -> Int32) throws(Failed) -> [UInt8] {
        guard let memory = BIO_new(BIO_s_mem()) else { throw Failed() }
        defer { BIO_free(memory) }
        guard write(memory) == 1 else { throw Failed() }
        var bytes: UnsafeMutablePointer<CChar>?
        let count = crypto_memory(memory, &bytes)
        return Array(UnsafeRawBufferPointer(start: bytes, count: count))
    }
}
