using System.Net.Sockets;
using System.Net.Security;
using Rx.Qmp.Isolation;

namespace Rx.Qmp.Wire;

/// <summary>
/// Whoever calls a listener. Several are waited for beside each other, so that a stranger who says nothing, or nonsense, keeps nobody out: with
/// TLS for their handshakes, without for their first byte, since a server greets whoever it is connected to. Whoever is done first is the next.
/// Those still at it stay for whoever asks next, and when there are too many the oldest is sent away.
/// </summary>
/// <param name="accept">Waits for a caller; ends when the listener does.</param>
/// <param name="tls">What to show, and whose certificate to ask for; null: no TLS.</param>
/// <param name="shownAs">The listener as text.</param>
internal sealed class Callers(
    Func<CancellationToken, ValueTask<Stream>> accept, SslServerAuthenticationOptions? tls, string shownAs) : IDisposable
{
    /// <summary>Callers waited for at once; as many again may wait in the socket's own queue.</summary>
    public const int MostAtOnce = 16;

    private readonly SemaphoreSlim _turn = new(1);
    private readonly CancellationTokenSource _closed = new();
    private readonly List<Caller> _underWay = [];
    private Task<Stream>? _accepting;

    /// <summary>The next caller who has made the handshake, or greeted. Where there was none in time, a silent one: that it says nothing is then
    /// for whoever takes it to see.</summary>
    /// <param name="greets">False: without TLS any caller will do, as one who answers for a guest agent speaks only when asked.</param>
    /// <param name="cancellationToken">The time is up.</param>
    /// <exception cref="QmpConnectException">Callers there are, but none made the handshake in time; or the listener has ended.</exception>
    public async ValueTask<Stream> NextAsync(bool greets, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            while (greets || tls is not null || _underWay.Count == 0)
            {
                if (await StepAsync(cancellationToken).ConfigureAwait(false) is { } ready)
                {
                    return ready;
                }
            }

            return await TakeOldestAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException late) when (_underWay.Count > 0)
        {
            return tls is null
                ? await TakeOldestAsync().ConfigureAwait(false)
                : throw new QmpConnectException(QmpConnectFailure.NoHandshake, shownAs, late);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Sends away whoever was not taken.</summary>
    public void Dispose()
    {
        _closed.TryCancel();
        _ = SendAwayAsync();
    }

    private async Task<Stream?> StepAsync(CancellationToken cancellationToken)
    {
        _accepting ??= accept(CancellationToken.None).AsTask();
        var givenUp = new TaskCompletionSource<Stream>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var stop = cancellationToken.UnsafeRegister((_, token) => givenUp.TrySetCanceled(token), null);

        // Those under way first: of several that are done the first one counts.
        Task<Stream>[] awaited = [.. _underWay.Select(caller => caller.Ready), givenUp.Task, _accepting];
        var first = await Task.WhenAny(awaited).ConfigureAwait(false);
        if (ReferenceEquals(first, _accepting))
        {
            _accepting = null;
            Begin(await first.ConfigureAwait(false));
            return null;
        }

        if (_underWay.Find(caller => ReferenceEquals(caller.Ready, first)) is { } done)
        {
            _underWay.Remove(done);
            done.Stop.Dispose();
        }

        try
        {
            return await first.ConfigureAwait(false);
        }
        catch (QmpConnectException refused) when (refused.Failure is QmpConnectFailure.TlsRefused or QmpConnectFailure.NoHandshake)
        {
            // A stranger must not keep QEMU out.
            return null;
        }
    }

    private Task<Stream> TakeOldestAsync()
    {
        var oldest = _underWay[0];
        _underWay.RemoveAt(0);
        oldest.Stop.TryCancel();
        oldest.Stop.Dispose();
        return oldest.Ready;
    }

    private void Begin(Stream caller)
    {
        if (_underWay.Count == MostAtOnce)
        {
            _ = CloseAsync(TakeOldestAsync());
        }

        // A handshake ends with the listener. One who was only listened to could be taken then for one that has greeted.
        var stop = tls is null ? new CancellationTokenSource() : CancellationTokenSource.CreateLinkedTokenSource(_closed.Token);
        _underWay.Add(new(tls is null ? HearAsync(caller, stop.Token) : TlsStream.AcceptAsync(caller, tls, shownAs, stop.Token).AsTask(), stop));
    }

    /// <summary>Waits until there is something to read. One who hangs up without a word has not greeted.</summary>
    private async Task<Stream> HearAsync(Stream caller, CancellationToken stop)
    {
        bool hungUp;
        try
        {
            _ = await caller.ReadAsync(Memory<byte>.Empty, stop).ConfigureAwait(false);
            hungUp = caller is NetworkStream { Socket: var socket } && socket.Poll(TimeSpan.Zero, SelectMode.SelectRead) && socket.Available == 0;
        }
        catch (OperationCanceledException)
        {
            // A silent one is for whoever takes it to see.
            return caller;
        }
        catch (Exception fault) when (fault is IOException or SocketException)
        {
            hungUp = true;
        }

        if (!hungUp)
        {
            return caller;
        }

        await ForeignStream.DiscardAsync(caller, inline: false).ConfigureAwait(false);
        throw new QmpConnectException(QmpConnectFailure.NoHandshake, shownAs);
    }

    private async Task SendAwayAsync()
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        while (_underWay.Count > 0)
        {
            _ = CloseAsync(TakeOldestAsync());
        }

        if (_accepting is { } last)
        {
            _accepting = null;
            _ = CloseAsync(last);
        }

        _turn.Release();
    }

    private static async Task CloseAsync(Task<Stream> opening)
    {
        try
        {
            await ForeignStream.DiscardAsync(await opening.ConfigureAwait(false), inline: false).ConfigureAwait(false);
        }
        catch (QmpConnectException)
        {
            // It came to nothing, and is closed.
        }
    }

    private sealed record Caller(Task<Stream> Ready, CancellationTokenSource Stop);
}
