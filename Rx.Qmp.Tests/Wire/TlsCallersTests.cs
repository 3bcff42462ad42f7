using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Reactive.Concurrency;
using Rx.Qmp.Wire;

namespace Rx.Qmp.Tests.Wire;

/// <summary>Strangers who call a listener with TLS, over real sockets of this machine.</summary>
public sealed class TlsCallersTests : IDisposable
{
    private static readonly QmpClientOptions Options = new() { Scheduler = new TaskPoolScheduler(Task.Factory) };

    private readonly FakeQmpServer _server = new(new FakeQmpOptions { Inline = false });

    public void Dispose() => _server.Dispose();

    [Fact(Timeout = 120_000)]
    public async Task Callers_that_say_nothing_keep_nobody_out()
    {
        var ct = TestContext.Current.CancellationToken;
        using var certificates = new TestCertificates();
        var tls = new SslServerAuthenticationOptions { ServerCertificate = certificates.Server };
        using var listener = QmpListener.OnTcp(new IPEndPoint(IPAddress.Loopback, 0), tls);
        var silent = new List<TcpClient>();
        var accepting = listener.AcceptAsync(Options with { ConnectTimeout = TimeSpan.FromSeconds(100) }, ct);
        for (var i = 0; i <= TlsCallers.MostAtOnce; i++)
        {
            silent.Add(new TcpClient());
            await silent[^1].ConnectAsync(IPAddress.Loopback, listener.Port, ct);
        }

        using var qemu = new TcpClient();
        await qemu.ConnectAsync(IPAddress.Loopback, listener.Port, ct);
        await using var secured = new SslStream(qemu.GetStream());
        await secured.AuthenticateAsClientAsync(new QmpTls { Authorities = [certificates.Authority] }.For("localhost"), ct);
        _ = _server.Serve(secured);
        await using var client = await accepting;
        Assert.NotNull(client.Greeting);

        // There were more than may be: the oldest was sent away, the others when the listening ended.
        Assert.Equal(0, await silent[0].GetStream().ReadAsync(new byte[1], ct));
        listener.Dispose();
        foreach (var caller in silent)
        {
            Assert.Equal(0, await caller.GetStream().ReadAsync(new byte[1], ct));
            caller.Dispose();
        }
    }

    [Fact(Timeout = 120_000)]
    public async Task Where_only_callers_came_that_say_nothing_it_ends_with_the_deadline_and_says_so()
    {
        var ct = TestContext.Current.CancellationToken;
        using var certificates = new TestCertificates();
        var tls = new SslServerAuthenticationOptions { ServerCertificate = certificates.Server };
        using var listener = QmpListener.OnTcp(new IPEndPoint(IPAddress.Loopback, 0), tls);
        using var silent = new TcpClient();
        await silent.ConnectAsync(IPAddress.Loopback, listener.Port, ct);
        var patient = Options with { ConnectTimeout = TimeSpan.FromSeconds(2) };
        var fault = await Assert.ThrowsAsync<QmpConnectException>(() => listener.AcceptAsync(patient, ct));
        Assert.Equal(QmpConnectFailure.NoHandshake, fault.Failure);
    }
}
