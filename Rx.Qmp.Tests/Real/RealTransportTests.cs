using System.Net;
using System.Net.Sockets;
using System.Reactive.Concurrency;
using Rx.Qmp.Protocol;

namespace Rx.Qmp.Tests;

/// <summary>Transports other than a unix socket, against QEMU itself.</summary>
[Slow]
[Collection("RealVm")]
[Trait("Category", "RealVm")]
public sealed class RealTransportTests : IDisposable
{
    private static readonly QmpClientOptions Options = new() { Scheduler = new TaskPoolScheduler(Task.Factory) };
    private static readonly QmpClientOptions Hasty = Options with { ConnectTimeout = TimeSpan.FromMilliseconds(500) };

    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("rxqmp-");
    private readonly TestCertificates _certificates = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _certificates.Dispose();
        _home.Delete(recursive: true);
    }

    [Fact]
    public async Task Tcp()
    {
        var port = FreePort();
        using var qemu = new QemuUnderTest("none", null, Monitor($"host=127.0.0.1,port={port},server=on,wait=off"));
        await using var client = await QmpClient.ConnectAsync(QmpEndpoint.Tcp("127.0.0.1", port), Options, Token);
        Assert.Equal("prelaunch", await Status(client));
    }

    [Fact]
    public async Task Tls_with_certificates_on_both_sides_and_without_one_refused()
    {
        var port = FreePort();
        using var qemu = TlsQemu($"host=127.0.0.1,port={port},server=on,wait=off,tls-creds=tls0", "server");
        var tls = QmpTls.FromDirectory(_certificates.Write(Path.Combine(_home.FullName, "client"), "client"));
        await using (var client = await QmpClient.ConnectAsync(QmpEndpoint.Tcp("localhost", port, tls), Options, Token))
        {
            Assert.Equal("prelaunch", await Status(client));
        }

        var anonymous = QmpEndpoint.Tcp("localhost", port, tls with { ClientCertificate = null });
        var fault = await Assert.ThrowsAsync<QmpConnectException>(() => QmpClient.ConnectAsync(anonymous, Options, Token));
        Assert.Equal(QmpConnectFailure.TlsRefused, fault.Failure);
    }

    [Fact]
    public async Task Trap28_a_second_tls_client_is_told_that_nobody_answers()
    {
        var port = FreePort();
        using var qemu = TlsQemu($"host=127.0.0.1,port={port},server=on,wait=off,tls-creds=tls0", "server");
        var tls = QmpTls.FromDirectory(_certificates.Write(Path.Combine(_home.FullName, "client"), "client"));
        var endpoint = QmpEndpoint.Tcp("localhost", port, tls);
        await using var first = await QmpClient.ConnectAsync(endpoint, Options, Token);
        var fault = await Assert.ThrowsAsync<QmpConnectException>(() => QmpClient.ConnectAsync(endpoint, Hasty, Token));
        Assert.Equal(QmpConnectFailure.NoHandshake, fault.Failure);
    }

    [Fact]
    public async Task A_qemu_that_dials_us_is_taken_and_dials_again_after_a_loss()
    {
        var path = Path.Combine(_home.FullName, "dial");
        using var listener = QmpListener.OnUnixSocket(path);
        using var qemu = new QemuUnderTest("none", null, Monitor($"path={path},server=off,reconnect=1"));
        for (var i = 0; i < 2; i++)
        {
            await using var client = await listener.AcceptAsync(Options, Token);
            Assert.Equal("prelaunch", await Status(client));
        }
    }

    [Fact]
    public async Task A_qemu_that_dials_us_over_tls_is_taken()
    {
        using var listener = QmpListener.OnTcp(
            new IPEndPoint(IPAddress.Loopback, 0),
            new() { ServerCertificate = _certificates.Server, ClientCertificateRequired = true, RemoteCertificateValidationCallback = IsOurs });
        using var qemu = TlsQemu($"host=localhost,ipv6=off,port={listener.Port},server=off,reconnect=1,tls-creds=tls0", "client");
        await using var client = await listener.AcceptAsync(Options, Token);
        Assert.Equal("prelaunch", await Status(client));
    }

    private bool IsOurs(
        object sender,
        System.Security.Cryptography.X509Certificates.X509Certificate? certificate,
        System.Security.Cryptography.X509Certificates.X509Chain? chain,
        System.Net.Security.SslPolicyErrors errors) => certificate?.GetCertHashString() == _certificates.Client.GetCertHashString();

    private static string[] Monitor(string socket) => ["-chardev", $"socket,id=net,{socket}", "-mon", "chardev=net,mode=control"];

    private static async Task<string> Status(QmpClient client) =>
        (await client.ExecuteAsync(new QueryStatus(), Token)).Status.Text;

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private QemuUnderTest TlsQemu(string socket, string side)
    {
        var directory = _certificates.Write(Path.Combine(_home.FullName, "qemu"), side);
        return new QemuUnderTest(
            "none",
            null,
            ["-object", $"tls-creds-x509,id=tls0,dir={directory},endpoint={side},verify-peer=yes", .. Monitor(socket)]);
    }
}
