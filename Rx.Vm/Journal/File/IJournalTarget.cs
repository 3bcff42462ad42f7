namespace Rx.Vm.Journal;

/// <summary>Where the bytes of a journal go. Calls never overlap; failures are <see cref="IOException"/>s.</summary>
internal interface IJournalTarget : IDisposable
{
    /// <summary>Appends.</summary>
    void Append(ReadOnlySpan<byte> bytes);

    /// <summary>Takes back everything from <paramref name="length"/> on: a failed append may have written a part.</summary>
    void CutTo(long length);

    /// <summary>Makes what was appended durable, or throws; what was not durable before may then be lost.</summary>
    void Sync();
}
