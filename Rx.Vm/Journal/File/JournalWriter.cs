namespace Rx.Vm.Journal;

/// <summary>
/// The writing end of a journal's file: keeps it a sound prefix of the machine's life whatever the disk does. What a failed write left
/// behind, or one that could not be made durable where each batch has to be, is cut off before the next one, and the entries that are
/// missing are told by a gap.
/// </summary>
internal sealed class JournalWriter(IJournalTarget target, string path, JournalBatch batch, JournalOptions options, Action<Exception> report)
{
    // An entry is written only while the largest one would fit, with the gap before it and the last one of the file.
    private const int Headroom = JournalFormat.MaxRecordBytes + 1024;

    private volatile JournalMark _mark = new(JournalState.Writing, 0, 0, null);
    private bool _untidy;
    private bool _reported;

    /// <summary>The status after <paramref name="handled"/> events were written or dropped. Any thread.</summary>
    public JournalStatus Status(long handled)
    {
        var mark = _mark;
        return new(mark.State, path, mark.Bytes, mark.Entries, Math.Max(0, handled - mark.Entries), mark.Error);
    }

    /// <summary>Writes entries, or drops them.</summary>
    public void Write(List<JournalEntry> entries)
    {
        if (_mark.State == JournalState.Full)
        {
            return;
        }

        var full = false;
        foreach (var entry in entries)
        {
            full = _mark.Bytes + batch.Bytes.Length > options.MaxFileBytes - Headroom;
            if (full)
            {
                break;
            }

            // One that can't be written is dropped; the next entry tells the gap.
            batch.Add(entry);
        }

        Put();
        if (full && _mark.State == JournalState.Writing)
        {
            _mark = _mark with { State = JournalState.Full };
            report(new IOException($"the journal has its full size of {options.MaxFileBytes} bytes"));
        }
    }

    /// <summary>
    /// Accounts for every event up to <paramref name="last"/>, makes the file durable where that was asked for, and closes it.
    /// </summary>
    public void Close(long last)
    {
        batch.Skip(last);
        Put();
        if (_untidy)
        {
            Try(() => target.CutTo(_mark.Bytes));
        }

        if (options.Sync == JournalSync.AtClose)
        {
            Try(target.Sync);
        }

        Try(target.Dispose);
        _mark = _mark with { State = JournalState.Closed };
    }

    private void Put()
    {
        if (batch.Bytes.IsEmpty)
        {
            return;
        }

        if (!Try(Append))
        {
            batch.Forget();
            _untidy = true;
            _mark = _mark with { State = JournalState.Failing };
            return;
        }

        _mark = new(JournalState.Writing, _mark.Bytes + batch.Bytes.Length, batch.Entries, _mark.Error);
        batch.Keep();
    }

    private void Append()
    {
        if (_untidy)
        {
            target.CutTo(_mark.Bytes);
            _untidy = false;
        }

        target.Append(batch.Bytes);
        if (options.Sync == JournalSync.EachBatch)
        {
            // The kernel tells a failure once, and may have dropped what it could not write: only what is written again can become durable.
            target.Sync();
        }
    }

    private bool Try(Action work)
    {
        try
        {
            work();
            return true;
        }
        catch (Exception e)
        {
            // Whatever it is, it must neither end the process nor reach the machine.
            _mark = _mark with { Error = e.Message };
            if (!_reported)
            {
                _reported = true;
                report(e);
            }

            return false;
        }
    }

    private sealed record JournalMark(JournalState State, long Bytes, long Entries, string? Error);
}
