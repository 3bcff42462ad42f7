using System.Reactive.Concurrency;
using System.Security.Cryptography;
using System.Text;
using Rx.Qmp.Isolation;

namespace Rx.Qmp.Agent;

/// <summary>Brings a link into step: the agent returns a number it can only have from us, just now.</summary>
internal sealed class QgaSynchroniser(AgentLink link, QgaClientOptions options)
{
    /// <summary>Numbers any JSON reader takes exactly, also one that knows only doubles.</summary>
    private const long LargestNumber = 1L << 53;

    private bool _delimited = options.Sync == QgaSync.Delimited;
    private long _count;

    /// <summary>How often it has succeeded.</summary>
    public long Count => Volatile.Read(ref _count);

    /// <summary>Does it, once.</summary>
    /// <param name="command">Which command waits for it; null: none.</param>
    /// <param name="stop">Gives up.</param>
    /// <exception cref="QgaUnresponsiveException">The agent did not answer in time.</exception>
    public async Task RunAsync(string? command, CancellationToken stop)
    {
        using var limited = new CancellationTokenSource();
        using var timer = options.Scheduler.Schedule(options.SyncTimeout, limited.TryCancel);
        using var stopped = stop.UnsafeRegister(static limited => ((CancellationTokenSource)limited!).TryCancel(), limited);
        try
        {
            if (_delimited)
            {
                var reply = await AskAsync("\u00ff", "guest-sync-delimited", limited.Token).ConfigureAwait(false);
                _delimited = !reply.IsUnknownCommand;
            }

            if (!_delimited)
            {
                await AskAsync(string.Empty, "guest-sync", limited.Token).ConfigureAwait(false);
            }

            Interlocked.Increment(ref _count);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new QgaUnresponsiveException(command, options.SyncTimeout);
        }
    }

    private Task<AgentReply> AskAsync(string reset, string command, CancellationToken stop)
    {
        // Chance, so that a number sent by a former client of this port is not taken for ours.
        var number = (long)(BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))) % LargestNumber);
        var text = reset + $$$"""{"execute":"{{{command}}}","arguments":{"id":{{{number}}}}}""" + "\n";
        var wait = new AgentWait(options.InlineContinuations) { Number = number, Delimited = _delimited };
        return link.AskAsync(Encoding.Latin1.GetBytes(text), wait, null, null, stop);
    }
}
