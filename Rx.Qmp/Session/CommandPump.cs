using System.Buffers;

namespace Rx.Qmp.Session;

/// <summary>
/// Writes what the window lets go. One writer at a time: whoever finds work becomes the writer, and what is queued meanwhile goes out
/// as one batch in one write. A write is never cancelled, so a message is never cut in half.
/// </summary>
/// <param name="window">Where commands come from.</param>
/// <param name="descriptors">Sends what commands carry.</param>
/// <param name="counters">Counts what was written.</param>
/// <param name="failed">Called once if writing fails.</param>
internal sealed class CommandPump(
    CommandWindow window, DescriptorSender descriptors, SessionCounters counters, Action<Exception> failed)
{
    private const int KeptBytes = 1024 * 1024;

    private ArrayBufferWriter<byte> _batch = new(512);
    private Stream? _stream;
    private int _state;

    private enum State
    {
        Idle,
        Writing,
        WritingMoreToDo,
        Failed,
    }

    /// <summary>Sets where to write to; false if that is known already.</summary>
    public bool TryAttach(Stream stream)
    {
        var first = _stream is null;
        _stream = stream;
        return first;
    }

    /// <summary>Makes sure that every command that may go now goes; cheap when somebody is writing already.</summary>
    public void Run()
    {
        while (_stream is not null)
        {
            var state = Volatile.Read(ref _state);
            if (state is (int)State.Failed or (int)State.WritingMoreToDo)
            {
                return;
            }

            var next = state == (int)State.Idle ? (int)State.Writing : (int)State.WritingMoreToDo;
            if (Interlocked.CompareExchange(ref _state, next, state) == state)
            {
                if (state == (int)State.Idle)
                {
                    _ = WriteAsync(_stream);
                }

                return;
            }
        }
    }

    private async Task WriteAsync(Stream stream)
    {
        try
        {
            do
            {
                while (window.FillBatch(_batch, out var carrier) is > 0 and int count)
                {
                    if (carrier is not null && !await TrySendDescriptorAsync(stream, carrier).ConfigureAwait(false))
                    {
                        window.Withdraw(carrier);
                        Recycle();
                        continue;
                    }

                    await stream.WriteAsync(_batch.WrittenMemory).ConfigureAwait(false);
                    Interlocked.Add(ref counters.CommandsSent, count);
                    Interlocked.Add(ref counters.BytesWritten, _batch.WrittenCount);
                    Recycle();
                }
            }
            while (!TryRest());
        }
        catch (Exception fault)
        {
            Volatile.Write(ref _state, (int)State.Failed);
            failed(fault);
        }
    }

    /// <summary>Sends the descriptor of a command, or answers the command with why that cannot be.</summary>
    private async ValueTask<bool> TrySendDescriptorAsync(Stream stream, PendingCommand carrier)
    {
        var name = carrier.Command.Name;
        if (!DescriptorSender.CanSend(stream))
        {
            carrier.TryFail(new QmpUnsupportedException(
                QmpConnectionFeature.FileDescriptors, $"{name} was not sent: only a unix socket carries descriptors.", name));
            return false;
        }

        try
        {
            return await descriptors.SendAsync(stream, carrier).ConfigureAwait(false);
        }
        catch (ObjectDisposedException fault) when (carrier.Command.File!.IsClosed)
        {
            carrier.TryFail(new ObjectDisposedException($"The descriptor of {name} was closed before it was sent.", fault));
            return false;
        }
    }

    /// <summary>Stops being the writer unless work was announced meanwhile.</summary>
    private bool TryRest()
    {
        if (Interlocked.CompareExchange(ref _state, (int)State.Idle, (int)State.Writing) == (int)State.Writing)
        {
            return true;
        }

        Volatile.Write(ref _state, (int)State.Writing);
        return false;
    }

    private void Recycle()
    {
        _batch.ResetWrittenCount();
        if (_batch.Capacity > KeptBytes)
        {
            _batch = new ArrayBufferWriter<byte>(512);
        }
    }
}
