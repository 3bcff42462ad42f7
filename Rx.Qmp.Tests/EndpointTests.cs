using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Reactive.Concurrency;
using System.Security.Cryptography.X509Certificates;
using Rx.Qmp.Protocol;
using Rx.Qmp.Wire;

namespace Rx.Qmp.Tests;

/// <summary>Endpoints other than unix sockets, over real sockets of this machine. Waits end with an event, or with a short limit of the
/// client's own where its end is what is tested.</summary>
public sealed class EndpointTests : IDisposable
{
    private static readonly QmpClientOptions Options = new() { Scheduler = new TaskPoolScheduler(Task.Factory) };
    private static readonly QmpClientOptions Hasty = Options with { ConnectTimeout = TimeSpan.FromMilliseconds(200) };

    private readonly FakeQmpServer _server = new(new FakeQmpOptions { Inline = false });
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly TestCertificates _certificates = new();

    public EndpointTests() => _listener.Start();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    private QmpTls Trusting => new() { Authorities = [_certificates.Authority] };

    public void Dispose()
    {
        _listener.Dispose();
        _server.Dispose();
        _certificates.Dispose();
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    public async Task Tcp_by_address_and_by_name(string host)
    {
        var serving = ServePlain();
        await using var client = await QmpClient.ConnectAsync(QmpEndpoint.Tcp(host, Port), Options, Token);
        Assert.NotNull(client.Greeting);
        Assert.NotNull(await client.ExecuteAsync(new QueryName(), Token));
        await client.DisposeAsync();
        await serving;
    }

    [Fact]
    public async Task A_port_nobody_listens_on_refuses()
    {
        var port = Port;
        _listener.Stop();
        Assert.Equal(QmpConnectFailure.Refused, await Failure(QmpEndpoint.Tcp("127.0.0.1", port), Hasty));
    }

    [Fact]
    public async Task A_name_without_an_address_is_unknown()
    {
        var patient = Options with { ConnectTimeout = TimeSpan.FromSeconds(60) };
        Assert.Equal(QmpConnectFailure.HostUnknown, await Failure(QmpEndpoint.Tcp("no-such-host.invalid", 1), patient));
    }

    [Fact]
    public async Task Trap28_a_port_that_accepts_and_says_nothing_gives_no_greeting() =>
        await Assert.ThrowsAsync<QmpNoGreetingException>(() => QmpClient.ConnectAsync(QmpEndpoint.Tcp("127.0.0.1", Port), Hasty, Token));

    [Fact]
    public async Task Tls_with_an_authority_of_its_own()
    {
        var serving = ServeTls(asksForCertificate: false);
        await using var client = await QmpClient.ConnectAsync(QmpEndpoint.Tcp("localhost", Port, Trusting), Options, Token);
        await client.ExecuteAsync(QmpCommand.Create("query-status"), Token);
        await client.DisposeAsync();
        Assert.Null(await serving);
    }

    [Fact]
    public async Task Tls_both_sides_show_certificates()
    {
        var serving = ServeTls(asksForCertificate: true);
        var tls = Trusting with { ClientCertificate = _certificates.Client };
        await using var client = await QmpClient.ConnectAsync(QmpEndpoint.Tcp("localhost", Port, tls), Options, Token);
        await client.ExecuteAsync(QmpCommand.Create("query-status"), Token);
        await client.DisposeAsync();
        Assert.Equal("CN=client", await serving);
    }

    [Fact]
    public async Task Tls_a_server_nobody_vouches_for_is_refused()
    {
        _ = ServeTls(asksForCertificate: false);
        Assert.Equal(QmpConnectFailure.TlsRefused, await Failure(QmpEndpoint.Tcp("localhost", Port, new QmpTls()), Options));
    }

    [Fact]
    public async Task Tls_a_certificate_for_another_name_is_refused_and_the_name_can_be_given()
    {
        _ = ServeTls(asksForCertificate: false);
        var other = Trusting with { ServerName = "somewhere.example" };
        Assert.Equal(QmpConnectFailure.TlsRefused, await Failure(QmpEndpoint.Tcp("127.0.0.1", Port, other), Options));

        _ = ServeTls(asksForCertificate: false);
        var named = Trusting with { ServerName = "localhost" };
        await using var client = await QmpClient.ConnectAsync(QmpEndpoint.Tcp("127.0.0.1", Port, named), Options, Token);
        Assert.NotNull(client.Greeting);
    }

    [Fact]
    public async Task Tls_a_server_that_does_not_speak_it_is_told_apart()
    {
        _ = ServePlain();
        Assert.Equal(QmpConnectFailure.TlsRefused, await Failure(QmpEndpoint.Tcp("localhost", Port, Trusting), Options));
    }

    [Fact]
    public async Task Trap28_tls_that_is_never_answered_ends_with_the_deadline() =>
        Assert.Equal(QmpConnectFailure.NoHandshake, await Failure(QmpEndpoint.Tcp("localhost", Port, Trusting), Hasty));

    [Fact]
    public async Task Trap28_a_caller_may_give_up_while_tls_is_not_answered()
    {
        using var stop = new CancellationTokenSource();
        var connecting = QmpClient.ConnectAsync(QmpEndpoint.Tcp("localhost", Port, Trusting), Options, stop.Token);
        using var silent = await _listener.AcceptSocketAsync(Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting);
        await HasHungUp(silent);
    }

    [Fact]
    public async Task Tls_settings_are_read_from_a_directory_as_qemu_has_it()
    {
        var home = Directory.CreateTempSubdirectory("rxqmp-");
        try
        {
            var tls = QmpTls.FromDirectory(_certificates.Write(home.FullName, "client"));
            var serving = ServeTls(asksForCertificate: true);
            var client = await QmpClient.ConnectAsync(QmpEndpoint.Tcp("localhost", Port, tls), Options, Token);
            await client.DisposeAsync();
            Assert.Equal("CN=client", await serving);
            Assert.Null(QmpTls.FromDirectory(_certificates.Write(Path.Combine(home.FullName, "b"), "client", false)).ClientCertificate);
            Assert.ThrowsAny<IOException>(() => QmpTls.FromDirectory(Path.Combine(home.FullName, "missing")));
        }
        finally
        {
            home.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData(97, QmpConnectFailure.Unsupported)]
    [InlineData(93, QmpConnectFailure.Unsupported)]
    [InlineData(94, QmpConnectFailure.Unsupported)]
    [InlineData(13, QmpConnectFailure.AccessDenied)]
    [InlineData(11, QmpConnectFailure.Busy)]
    [InlineData(5, QmpConnectFailure.Other)]
    public void An_error_number_of_the_system_is_told_as_what_it_is(int error, QmpConnectFailure failure) =>
        Assert.Equal(failure, SocketFailures.Classify(Errno.ToSocketException(error)));

    [Fact]
    public async Task Vsock_a_machine_that_is_not_there_is_given_up_in_time()
    {
        // Where there is no vsock at all that is what is said; where there is, nobody has this number.
        var failure = await Failure(QmpEndpoint.Vsock(0x7FFF_FFF0, 1024), Hasty);
        Assert.Contains(failure, new[]
        {
            QmpConnectFailure.Unsupported, QmpConnectFailure.Unreachable, QmpConnectFailure.TimedOut, QmpConnectFailure.Refused,
        });
    }

    [Fact]
    public void Endpoints_say_where_they_lead()
    {
        Assert.Equal("tcp:localhost:4444", QmpEndpoint.Tcp("localhost", 4444).ToString());
        Assert.Equal("tls:[::1]:4444", QmpEndpoint.Tcp("::1", 4444, Trusting).ToString());
        Assert.Equal("vsock:3:1024", QmpEndpoint.Vsock(3, 1024).ToString());
        Assert.Equal("/run/qmp", QmpEndpoint.Unix("/run/qmp").ToString());
        Assert.DoesNotContain("CN=", (Trusting with { ClientCertificate = _certificates.Client }).ToString());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(65536)]
    public void Ports_that_do_not_exist_are_refused(int port) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => QmpEndpoint.Tcp("localhost", port));

    private static async Task<QmpConnectFailure> Failure(QmpEndpoint endpoint, QmpClientOptions options) =>
        (await Assert.ThrowsAsync<QmpConnectException>(() => QmpClient.ConnectAsync(endpoint, options, Token))).Failure;

    private static async Task HasHungUp(Socket socket)
    {
        var buffer = new byte[4096];
        try
        {
            while (await socket.ReceiveAsync(buffer, Token) > 0)
            {
                // The start of the handshake.
            }
        }
        catch (SocketException)
        {
            // Reset is as good as closed.
        }
    }

    private async Task ServePlain()
    {
        using var caller = await _listener.AcceptTcpClientAsync(Token);
        await _server.Serve(caller.GetStream());
    }

    /// <summary>Serves one caller over TLS and tells whose certificate it showed.</summary>
    private async Task<string?> ServeTls(bool asksForCertificate)
    {
        using var caller = await _listener.AcceptTcpClientAsync(Token);
        await using var secured = new SslStream(caller.GetStream());
        string? subject = null;
        await secured.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions
            {
                ServerCertificate = _certificates.Server,
                ClientCertificateRequired = asksForCertificate,
                RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                {
                    subject = certificate?.Subject;
                    return true;
                },
            },
            Token);
        await _server.Serve(secured);
        return subject;
    }
}
