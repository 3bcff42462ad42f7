namespace Rx.Vm.Journal;

/// <summary>A journal can't be read or written.</summary>
public sealed class JournalException : RxVmException
{
    /// <summary>A failure that concerns one journal.</summary>
    /// <param name="fault">What kind of failure.</param>
    /// <param name="subject">The journal's path or name.</param>
    /// <param name="detail">What is wrong with it.</param>
    /// <param name="inner">The underlying error.</param>
    public JournalException(JournalFault fault, string subject, string detail, Exception? inner = null)
        : base($"{subject}: {detail}", inner)
    {
        Fault = fault;
        Subject = subject;
    }

    /// <summary>What kind of failure.</summary>
    public JournalFault Fault { get; }

    /// <summary>The journal it concerns.</summary>
    public string Subject { get; }
}
