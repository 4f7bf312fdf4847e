//! Encryption of the connection to PostgreSQL, by the words that its own tools have for it.
//!
//! `sslmode` and `sslrootcert` of the URL mean what they mean to `psql`: `disable`, `prefer` (encrypted if the server
//! can, and nobody is asked for papers; the default), `require` (always encrypted), `verify-ca` (and the certificate is
//! signed by whom we believe), `verify-full` (and it is for this host). With `sslrootcert`, `require` is `verify-ca`.
//! Those whom we believe are in the file `sslrootcert`, or the machine's own without it.

use tokio_postgres::config::SslMode;

use crate::store::StoreError;

/// How much of the other side is believed without a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// Any certificate will do.
    Nothing,
    /// Who signed it must be known.
    Signature,
    /// And it must be for this host.
    Name,
}

/// What a URL asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Asked {
    /// The URL without it.
    pub url: String,
    /// The word of the URL.
    pub word: String,
    pub mode: SslMode,
    pub look: Look,
    /// The file with certificates of those whom we believe; the machine's own without.
    pub roots: Option<String>,
}

impl Asked {
    /// Take what is about encryption out of a URL.
    ///
    /// # Errors
    /// A mode that there is not.
    pub(super) fn of(url: &str) -> Result<Self, StoreError> {
        let (start, query) = url.split_once('?').unwrap_or((url, ""));
        let (mut word, mut roots, mut rest) = (None, None, Vec::new());
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=') {
                Some(("sslmode", value)) => word = Some(value.to_owned()),
                Some(("sslrootcert", value)) => roots = Some(decoded(value)),
                _ => rest.push(pair),
            }
        }
        // Anybody can have a certificate that the machine believes: the name is what counts.
        let machine = roots.as_deref() == Some("system");
        roots = roots.filter(|_| !machine);
        let usual = if machine { "verify-full" } else { "prefer" };
        let word = word.unwrap_or_else(|| usual.to_owned());
        let (mode, look) = match word.as_str() {
            "verify-full" => (SslMode::Require, Look::Name),
            _ if machine => {
                let text = format!(
                    "the database URL has sslmode `{word}` and sslrootcert `system`; write verify-full"
                );
                return Err(StoreError::Invalid(text));
            }
            "disable" => (SslMode::Disable, Look::Nothing),
            "prefer" => (SslMode::Prefer, Look::Nothing),
            "require" if roots.is_none() => (SslMode::Require, Look::Nothing),
            "require" | "verify-ca" => (SslMode::Require, Look::Signature),
            _ => {
                let modes = "disable, prefer, require, verify-ca or verify-full";
                let text = format!("the database URL has sslmode `{word}`; write {modes}");
                return Err(StoreError::Invalid(text));
            }
        };
        let url =
            if rest.is_empty() { start.to_owned() } else { format!("{start}?{}", rest.join("&")) };
        Ok(Self { url, word, mode, look, roots })
    }
}

/// A part of a URL with `%2F` and the like as what they stand for.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        let (before, from) = rest.split_at(at);
        bytes.extend_from_slice(before.as_bytes());
        let byte = from.get(1..3).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        let used = if byte.is_some() { 3 } else { 1 };
        bytes.push(byte.unwrap_or(b'%'));
        rest = from.get(used..).unwrap_or_default();
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(feature = "tls")]
pub(super) use with::connector;

#[cfg(feature = "tls")]
mod with {
    use std::sync::Arc;

    use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
    use rustls::client::{WebPkiServerVerifier, verify_server_cert_signed_by_trust_anchor};
    use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
    use rustls::pki_types::pem::PemObject as _;
    use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
    use rustls::server::ParsedCertificate;
    use rustls::{ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
    use tokio_postgres_rustls::MakeRustlsConnect;

    use super::{Asked, Look};
    use crate::store::StoreError;

    /// What makes the connections of a pool.
    ///
    /// # Errors
    /// The certificates of those whom we believe cannot be read, or there are none.
    pub(in super::super) fn connector(asked: &Asked) -> Result<MakeRustlsConnect, StoreError> {
        let provider = Arc::new(ring::default_provider());
        let roots = match asked.look {
            Look::Nothing => RootCertStore::empty(),
            Look::Signature | Look::Name => roots(asked.roots.as_deref())?,
        };
        let invalid = |error: &dyn std::fmt::Display| StoreError::Invalid(error.to_string());
        let builder = ClientConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .map_err(|error| invalid(&error))?;
        let config = if asked.look == Look::Name {
            let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider);
            let verifier = verifier.build().map_err(|error| invalid(&error))?;
            builder.with_webpki_verifier(verifier)
        } else {
            let roots = (asked.look == Look::Signature).then_some(roots);
            let verifier = Arc::new(AnyName { provider, roots });
            builder.dangerous().with_custom_certificate_verifier(verifier)
        };
        Ok(MakeRustlsConnect::new(config.with_no_client_auth()))
    }

    fn roots(file: Option<&str>) -> Result<RootCertStore, StoreError> {
        let mut store = RootCertStore::empty();
        let whose = file.unwrap_or("the certificates of this machine");
        let invalid = |error: String| StoreError::Invalid(format!("sslrootcert, {whose}: {error}"));
        match file {
            Some(path) => {
                let found = CertificateDer::pem_file_iter(path);
                for certificate in found.map_err(|error| invalid(error.to_string()))? {
                    let certificate = certificate.map_err(|error| invalid(error.to_string()))?;
                    store.add(certificate).map_err(|error| invalid(error.to_string()))?;
                }
            }
            None => {
                // One that cannot be read is one that is not believed.
                store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            }
        }
        if store.is_empty() {
            return Err(invalid("there are none".to_owned()));
        }
        Ok(store)
    }

    /// Believes a certificate for any name, by anybody when nobody is named; the other side has its key in any case.
    #[derive(Debug)]
    struct AnyName {
        provider: Arc<CryptoProvider>,
        roots: Option<RootCertStore>,
    }

    impl ServerCertVerifier for AnyName {
        fn verify_server_cert(
            &self,
            end: &CertificateDer<'_>,
            between: &[CertificateDer<'_>],
            _: &ServerName<'_>,
            _: &[u8],
            now: UnixTime,
        ) -> Result<ServerCertVerified, Error> {
            if let Some(roots) = &self.roots {
                let algorithms = self.provider.signature_verification_algorithms.all;
                let end = ParsedCertificate::try_from(end)?;
                verify_server_cert_signed_by_trust_anchor(&end, roots, between, now, algorithms)?;
            }
            Ok(ServerCertVerified::assertion())
        }

        fn verify_tls12_signature(
            &self,
            message: &[u8],
            certificate: &CertificateDer<'_>,
            signed: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Error> {
            let algorithms = &self.provider.signature_verification_algorithms;
            verify_tls12_signature(message, certificate, signed, algorithms)
        }

        fn verify_tls13_signature(
            &self,
            message: &[u8],
            certificate: &CertificateDer<'_>,
            signed: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Error> {
            let algorithms = &self.provider.signature_verification_algorithms;
            verify_tls13_signature(message, certificate, signed, algorithms)
        }

        fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
            self.provider.signature_verification_algorithms.supported_schemes()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(url: &str) -> (String, SslMode, Look, Option<String>) {
        let it = Asked::of(url).expect("reads");
        (it.url, it.mode, it.look, it.roots)
    }

    #[test]
    fn a_url_without_a_word_is_encrypted_if_the_server_can() {
        let plain = ("postgres://a@b/c".to_owned(), SslMode::Prefer, Look::Nothing, None);
        assert_eq!(asked("postgres://a@b/c"), plain);
        let others = asked("postgres://a@b/c?connect_timeout=3&sslmode=disable&application_name=x");
        assert_eq!(others.0, "postgres://a@b/c?connect_timeout=3&application_name=x");
        assert_eq!((others.1, others.2), (SslMode::Disable, Look::Nothing));
    }

    #[test]
    fn modes_mean_what_they_mean_to_its_own_tools() {
        for (query, mode, look, roots) in [
            ("sslmode=prefer", SslMode::Prefer, Look::Nothing, None),
            ("sslmode=require", SslMode::Require, Look::Nothing, None),
            ("sslmode=require&sslrootcert=/a", SslMode::Require, Look::Signature, Some("/a")),
            ("sslrootcert=system", SslMode::Require, Look::Name, None),
            ("sslmode=verify-ca", SslMode::Require, Look::Signature, None),
            (
                "sslrootcert=%2Fa%20b&sslmode=verify-full",
                SslMode::Require,
                Look::Name,
                Some("/a b"),
            ),
        ] {
            let found = asked(&format!("postgres://a@b/c?{query}"));
            let wanted = ("postgres://a@b/c".to_owned(), mode, look, roots.map(str::to_owned));
            assert_eq!(found, wanted, "{query}");
        }
        for word in ["allow", "verify", "", "Require", "require&sslrootcert=system"] {
            assert!(Asked::of(&format!("postgres://a@b/c?sslmode={word}")).is_err(), "{word}");
        }
    }

    /// A program that cannot encrypt says so before it connects.
    #[cfg(not(feature = "tls"))]
    #[test]
    fn what_the_program_cannot_do_is_refused() {
        let options = crate::store::Options::new("desk");
        let refused = super::super::pool::build("postgres://a@b/c?sslmode=verify-full", &options);
        let text = refused.map(drop).expect_err("it cannot").to_string();
        assert!(text.contains("without the feature `tls`"), "{text}");
    }

    #[test]
    fn a_stray_percent_sign_stays() {
        assert_eq!(decoded("100%"), "100%");
        assert_eq!(decoded("%zz%41"), "%zzA");
        assert_eq!(decoded("%c3%a4/ä"), "ä/ä");
    }
}
