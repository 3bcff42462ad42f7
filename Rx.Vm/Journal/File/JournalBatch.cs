using System.Buffers;
using System.Text;

namespace Rx.Vm.Journal;

/// <summary>
/// Bytes for the end of a journal, made before they are written: what failed to reach the disk can be taken back, and the chain of seals
/// and the numbering are as if it had never been.
/// </summary>
internal sealed class JournalBatch
{
    private readonly ArrayBufferWriter<byte> _bytes = new();
    private readonly ArrayBufferWriter<byte> _payload = new();
    private readonly byte[] _head;
    private Place _made;
    private Place _kept;
    private bool _begun;

    /// <summary>A new journal; the first batch begins with its preamble and header.</summary>
    public JournalBatch(JournalHeader header, ReadOnlySpan<byte> salt)
    {
        var chain = JournalFormat.Begin(_bytes, salt);
        JournalJson.Write(_payload, header);
        _made.Chain = JournalFormat.Append(_bytes, _payload.WrittenSpan, chain)!.Value;
        _kept = _made;
        _head = _bytes.WrittenSpan.ToArray();
    }

    /// <summary>What is to be written next.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.WrittenSpan;

    /// <summary>How many entries the journal has with this batch.</summary>
    public long Entries => _made.Entries;

    /// <summary>How many events it accounts for, by entries and by gaps.</summary>
    public long Accounted => _made.Index;

    /// <summary>
    /// Adds an entry, and before it a gap for the events that are missing. False, and nothing added, when it is too large or its text is
    /// no Unicode.
    /// </summary>
    public bool Add(JournalEntry entry)
    {
        // The JSON writer would quietly put something else in place of half a character.
        if (!IsUnicode(entry.Event.Text) || !IsUnicode(entry.Event.PodId))
        {
            return false;
        }

        _payload.ResetWrittenCount();
        JournalJson.Write(_payload, entry);
        if (_payload.WrittenCount > JournalFormat.MaxPayloadBytes)
        {
            return false;
        }

        // The gap's JSON goes through the same buffer, so the entry's waits.
        var payload = _made.Index + 1 == entry.Index ? _payload.WrittenMemory : _payload.WrittenSpan.ToArray();
        Skip(entry.Index - 1);
        _made.Chain = JournalFormat.Append(_bytes, payload.Span, _made.Chain)!.Value;
        _made.Index = entry.Index;
        _made.Entries++;
        return true;
    }

    /// <summary>Accounts for every event up to <paramref name="index"/>, with a gap for those that are missing.</summary>
    public void Skip(long index)
    {
        if (index <= _made.Index)
        {
            return;
        }

        _payload.ResetWrittenCount();
        JournalJson.Write(_payload, new JournalGap(_made.Index + 1, index - _made.Index));
        _made.Chain = JournalFormat.Append(_bytes, _payload.WrittenSpan, _made.Chain)!.Value;
        _made.Index = index;
    }

    /// <summary>The batch is on the disk; the next one begins.</summary>
    public void Keep()
    {
        (_kept, _begun) = (_made, true);
        _bytes.ResetWrittenCount();
    }

    /// <summary>The batch is not on the disk; the next one stands in its place.</summary>
    public void Forget()
    {
        _made = _kept;
        _bytes.ResetWrittenCount();
        if (!_begun)
        {
            _bytes.Write(_head);
        }
    }

    private static bool IsUnicode(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(text, out _, out var length) != OperationStatus.Done)
            {
                return false;
            }

            text = text[length..];
        }

        return true;
    }

    private struct Place
    {
        public JournalChain Chain;
        public long Index;
        public long Entries;
    }
}
