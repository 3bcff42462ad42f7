using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Rx.Qmp;

/// <summary>How a client secures a TCP connection (QEMU's tls-creds-x509). Certificates are the caller's to dispose of, once no client
/// uses them any more.</summary>
public sealed record QmpTls
{
    /// <summary>Who may vouch for the server; null: whoever the system trusts. QEMU is usually set up with an authority of one's own.
    /// </summary>
    public X509Certificate2Collection? Authorities { get; init; }

    /// <summary>The certificate, with its private key, that proves who the client is; null: none, which QEMU takes only with
    /// verify-peer=off.</summary>
    public X509Certificate2? ClientCertificate { get; init; }

    /// <summary>The name the server's certificate must be for; null: the host connected to.</summary>
    public string? ServerName { get; init; }

    /// <summary>Changes anything else; called for each connection.</summary>
    public Action<SslClientAuthenticationOptions>? Configure { get; init; }

    /// <summary>Reads a directory laid out as QEMU wants it for endpoint=client: ca-cert.pem, and client-cert.pem with client-key.pem
    /// if the client has a certificate.</summary>
    /// <param name="path">The directory.</param>
    /// <returns>The settings.</returns>
    /// <exception cref="IOException">A file is missing or cannot be read.</exception>
    /// <exception cref="System.Security.Cryptography.CryptographicException">A file is not what it should be.</exception>
    public static QmpTls FromDirectory(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(Path.Combine(path, "ca-cert.pem"));
        var certificate = Path.Combine(path, "client-cert.pem");
        return new QmpTls
        {
            Authorities = authorities,
            ClientCertificate = File.Exists(certificate) ? ReadCertificate(certificate, Path.Combine(path, "client-key.pem")) : null,
        };
    }

    /// <summary>Says nothing about certificates.</summary>
    /// <returns>The server name, if one was set.</returns>
    public override string ToString() => $"TLS {ServerName}".TrimEnd();

    internal SslClientAuthenticationOptions For(string serverName)
    {
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = serverName,
            AllowRenegotiation = false,
            CertificateChainPolicy = Authorities is null ? null : TrustOnly(Authorities),
            ClientCertificates = ClientCertificate is null ? null : [ClientCertificate],
        };
        Configure?.Invoke(options);
        return options;
    }

    private static X509ChainPolicy TrustOnly(X509Certificate2Collection authorities)
    {
        // Nothing is fetched: a small authority has no revocation list, and asking for one could take longer than connecting may.
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }

    private static X509Certificate2 ReadCertificate(string certificate, string key)
    {
        var read = X509Certificate2.CreateFromPemFile(certificate, key);
        if (!OperatingSystem.IsWindows())
        {
            return read;
        }

        // Windows does not let a connection use a key that was never stored.
        using (read)
        {
            return X509CertificateLoader.LoadPkcs12(read.Export(X509ContentType.Pkcs12), null);
        }
    }
}
