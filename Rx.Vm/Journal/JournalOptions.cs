namespace Rx.Vm.Journal;

/// <summary>How the events of machines are recorded.</summary>
public sealed record JournalOptions
{
    /// <summary>
    /// Where every machine of the host gets a file of its own, named after its id and the time it was made; made when it does not exist.
    /// Null (the default) writes files only where <see cref="VmOptions.JournalPath"/> asks for one. Old files are not removed.
    /// </summary>
    public string? Directory { get; init; }

    /// <summary>
    /// How many entries a machine keeps in memory: the last ones, about 120 bytes each. Default 256, which a life with a few pods fits in;
    /// 0 keeps none, and without a file nothing is recorded then.
    /// </summary>
    public int Capacity { get; init; } = 256;

    /// <summary>How many entries may wait for the disk. Over that they are dropped and leave a gap. Default 4096.</summary>
    public int QueueCapacity { get; init; } = 4096;

    /// <summary>
    /// How large a file may become, in bytes; what comes later is dropped and leaves a gap. Default 64 MiB, about half a million
    /// events.
    /// </summary>
    public long MaxFileBytes { get; init; } = 64.MiB();

    /// <summary>When files are made durable. Default: when the operating system sees fit.</summary>
    public JournalSync Sync { get; init; } = JournalSync.None;

    /// <summary>Throws for the first value out of its range, naming it.</summary>
    internal void Validate()
    {
        Check(nameof(Capacity), Capacity, 0, 1 << 24);
        Check(nameof(QueueCapacity), QueueCapacity, 1, 1 << 24);
        Check(nameof(MaxFileBytes), MaxFileBytes, 256 << 10, JournalFormat.MaxFileBytes);
        EnumRules.Check($"{nameof(JournalOptions)}.{nameof(Sync)}", Sync);
        if (Directory is "")
        {
            throw new RxVmException($"{nameof(JournalOptions)}.{nameof(Directory)}: is empty");
        }
    }

    private static void Check(string name, long value, long least, long most)
    {
        if (value < least || value > most)
        {
            throw new RxVmException($"{nameof(JournalOptions)}.{name}: {value} is not between {least} and {most}");
        }
    }
}
