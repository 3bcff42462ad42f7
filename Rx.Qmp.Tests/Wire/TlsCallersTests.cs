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

    private static CancellationToken Token => TestContext.Current.CancellationToken;

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
        for (var i = 0; i <= Callers.MostAtOnce; i++)
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

    [Fact(Timeout = 120_000)]
    public async Task The_first_of_too_many_is_sent_away_and_no_other()
    {
        var ct = TestContext.Current.CancellationToken;
        foreach (var silent in (int[])[Callers.MostAtOnce - 1, Callers.MostAtOnce])
        {
            using var door = CallerDoor.WithTls();
            var next = door.Callers.NextAsync(greets: true, ct).AsTask();
            var ends = Enumerable.Range(0, silent).Select(_ => door.Call()).ToList();
            await using var good = await door.ShakeHandsAsync(door.Call());
            await using var taken = await next;
            var first = HasHungUpAsync(ends[0]);
            if (silent < Callers.MostAtOnce)
            {
                Assert.False(first.IsCompleted);
            }
            else
            {
                await first;
            }

            Assert.False(HasHungUpAsync(ends[1]).IsCompleted);
        }
    }

    [Fact(Timeout = 120_000)]
    public async Task Who_was_slower_is_there_for_whoever_asks_next()
    {
        var ct = TestContext.Current.CancellationToken;
        using var door = CallerDoor.WithTls();
        var first = door.Callers.NextAsync(greets: true, ct).AsTask();
        var slow = door.Call();
        await using var good = await door.ShakeHandsAsync(door.Call());
        await using var taken = await first;
        var second = door.Callers.NextAsync(greets: true, ct).AsTask();
        await using var late = await door.ShakeHandsAsync(slow);
        await using var taken2 = await second;
        await late.WriteAsync("{}"u8.ToArray(), ct);
        var bytes = new byte[2];
        await taken2.ReadExactlyAsync(bytes, ct);
        Assert.Equal("{}"u8, bytes);
    }

    [Fact(Timeout = 120_000)]
    public async Task At_the_end_whoever_was_not_taken_is_sent_away_also_who_comes_later()
    {
        var ct = TestContext.Current.CancellationToken;
        var door = CallerDoor.WithTls();
        var next = door.Callers.NextAsync(greets: true, ct).AsTask();
        var (silent, slow) = (door.Call(), door.Call());
        await using var good = await door.ShakeHandsAsync(door.Call());
        await using var taken = await next;
        await using var done = await door.ShakeHandsAsync(slow);
        using var stop = new CancellationTokenSource();
        var waiting = door.Callers.NextAsync(greets: true, stop.Token).AsTask();
        await using var gone = await waiting;
        var idle = door.Callers.NextAsync(greets: true, stop.Token).AsTask();
        await stop.CancelAsync();
        Assert.Equal(QmpConnectFailure.NoHandshake, (await Assert.ThrowsAsync<QmpConnectException>(() => idle)).Failure);
        var untaken = await door.ShakeHandsAsync(silent);
        door.Callers.Dispose();
        await HasHungUpAsync(untaken);
        var later = door.Call();
        await HasHungUpAsync(later);

        // Whoever asks now learns what the listener says.
        door.Fail(new QmpConnectException(QmpConnectFailure.Other, "here"));
        var fault = await Assert.ThrowsAsync<QmpConnectException>(() => door.Callers.NextAsync(greets: true, ct).AsTask());
        Assert.Equal(QmpConnectFailure.Other, fault.Failure);
        door.Dispose();
    }

    [Fact(Timeout = 120_000)]
    public async Task Handshakes_end_with_the_listener_also_while_somebody_still_waits()
    {
        var ct = TestContext.Current.CancellationToken;
        using var door = CallerDoor.WithTls();
        using var stop = new CancellationTokenSource();
        var waiting = door.Callers.NextAsync(greets: true, stop.Token).AsTask();
        var silent = door.Call();
        await door.IsTakenAsync();
        door.Callers.Dispose();
        await HasHungUpAsync(silent);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => waiting);
    }

    [Fact(Timeout = 120_000)]
    public async Task Where_nobody_came_it_was_given_up_and_not_refused()
    {
        var ct = TestContext.Current.CancellationToken;
        using var door = CallerDoor.WithTls();
        using var stop = new CancellationTokenSource();
        var next = door.Callers.NextAsync(greets: true, stop.Token).AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_certificate_that_cannot_be_shown_is_no_fault_of_the_caller()
    {
        var ct = TestContext.Current.CancellationToken;
        using var door = new CallerDoor(new SslServerAuthenticationOptions());
        var next = door.Callers.NextAsync(greets: true, ct).AsTask();
        await HasHungUpAsync(door.Call());
        Assert.Equal(QmpConnectFailure.Other, (await Assert.ThrowsAsync<QmpConnectException>(() => next)).Failure);
    }

    private static async Task HasHungUpAsync(Stream caller)
    {
        try
        {
            while (await caller.ReadAsync(new byte[100], Token) > 0)
            {
                // What was said before.
            }
        }
        catch (IOException)
        {
            // Cut is as good as closed.
        }
    }
}
