using System.Collections.Concurrent;

namespace Rx.Qmp.Tests;

/// <summary>Many callers on many threads while the server hangs up again and again: every call ends, in one of two ways, and no command
/// arrives twice.</summary>
[Slow]
public class ReconnectStressTests
{
    private const int Callers = 8;
    private const int CommandsEach = 250;
    private const int HangsUpEvery = 37;

    [Fact(Timeout = 120_000)]
    public async Task Trap27_under_load_every_call_ends_and_nothing_is_sent_twice()
    {
        using var server = new FakeQmpServer(new FakeQmpOptions { Inline = false });
        var arrived = 0;
        using var hangUp = server.Requests.Subscribe(_ =>
        {
            if (Interlocked.Increment(ref arrived) % HangsUpEvery == 0)
            {
                server.HangUp();
            }
        });
        var options = new QmpClientOptions
        {
            Reconnect = new() { BackOff = new QmpBackOff(TimeSpan.FromMilliseconds(1)), StableAfter = TimeSpan.Zero },
        };
        await using var client = new QmpClient(options);
        await client.ConnectAsync(server.Endpoint, TestContext.Current.CancellationToken);

        var answered = new ConcurrentBag<string>();
        var cut = new ConcurrentBag<string>();
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(() => Call(client, caller, answered, cut))));

        var received = server.Received.Select(command => command.Name).Where(name => name != "qmp_capabilities").ToArray();
        Assert.Equal(Callers * CommandsEach, answered.Count + cut.Count);
        Assert.Equal(received.Length, received.Distinct().Count());
        Assert.Subset(received.ToHashSet(), answered.ToHashSet());
        Assert.NotEmpty(cut);
        Assert.NotEmpty(answered);
    }

    private static async Task Call(
        QmpClient client, int caller, ConcurrentBag<string> answered, ConcurrentBag<string> cut)
    {
        for (var i = 0; i < CommandsEach; i++)
        {
            var name = $"query-{caller}-{i}";
            try
            {
                await client.ExecuteAsync(QmpCommand.Create(name));
                answered.Add(name);
            }
            catch (QmpDisconnectedException)
            {
                cut.Add(name);
            }
        }
    }
}
