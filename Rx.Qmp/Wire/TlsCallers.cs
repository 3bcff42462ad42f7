using System.Net.Security;
using Rx.Qmp.Isolation;

namespace Rx.Qmp.Wire;

/// <summary>
/// Whoever calls a listener with TLS. Several make their handshakes beside each other, so that a stranger who says nothing, or nonsense, keeps
/// nobody out; whoever is done first is the next. Those still at it stay for whoever asks next, and when there are too many the oldest is
/// sent away.
/// </summary>
/// <param name="accept">Waits for a caller; ends when the listener does.</param>
/// <param name="tls">What to show, and whose certificate to ask for.</param>
/// <param name="shownAs">The listener as text.</param>
internal sealed class TlsCallers(
    Func<CancellationToken, ValueTask<Stream>> accept, SslServerAuthenticationOptions tls, string shownAs) : IDisposable
{
    /// <summary>Handshakes under way at once; as many again may wait in the socket's own queue.</summary>
    public const int MostAtOnce = 16;

    private readonly SemaphoreSlim _turn = new(1);
    private readonly CancellationTokenSource _closed = new();
    private readonly List<Handshake> _underWay = [];
    private Task<Stream>? _accepting;

    /// <summary>The next caller who has made the handshake.</summary>
    /// <exception cref="QmpConnectException">Callers there are, but none made it in time; or the listener has ended.</exception>
    public async ValueTask<Stream> NextAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            while (true)
            {
                if (await StepAsync(cancellationToken).ConfigureAwait(false) is { } secured)
                {
                    return secured;
                }
            }
        }
        catch (OperationCanceledException late) when (_underWay.Count > 0)
        {
            throw new QmpConnectException(QmpConnectFailure.NoHandshake, shownAs, late);
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

        // Handshakes first: of several that are done the first one counts.
        Task<Stream>[] awaited = [.. _underWay.Select(handshake => handshake.Done), givenUp.Task, _accepting];
        var first = await Task.WhenAny(awaited).ConfigureAwait(false);
        if (ReferenceEquals(first, _accepting))
        {
            _accepting = null;
            Begin(await first.ConfigureAwait(false));
            return null;
        }

        if (_underWay.Find(handshake => ReferenceEquals(handshake.Done, first)) is { } done)
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

    private void Begin(Stream caller)
    {
        if (_underWay.Count == MostAtOnce)
        {
            SendAway(_underWay[0]);
            _underWay.RemoveAt(0);
        }

        var stop = CancellationTokenSource.CreateLinkedTokenSource(_closed.Token);
        _underWay.Add(new(TlsStream.AcceptAsync(caller, tls, shownAs, stop.Token).AsTask(), stop));
    }

    private async Task SendAwayAsync()
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        _underWay.ForEach(SendAway);
        _underWay.Clear();
        if (_accepting is { } last)
        {
            _accepting = null;
            _ = CloseAsync(last);
        }

        _turn.Release();
    }

    private static void SendAway(Handshake handshake)
    {
        handshake.Stop.TryCancel();
        handshake.Stop.Dispose();
        _ = CloseAsync(handshake.Done);
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

    private sealed record Handshake(Task<Stream> Done, CancellationTokenSource Stop);
}
