namespace Rx.Qmp;

/// <summary>What to send to QEMU next about a job.</summary>
internal enum JobVerb
{
    /// <summary>Nothing: an event, a reply or time will tell.</summary>
    None,

    /// <summary>The command that starts it.</summary>
    Start,

    /// <summary>query-jobs.</summary>
    Query,

    /// <summary>job-complete.</summary>
    Complete,

    /// <summary>job-finalize.</summary>
    Finalize,

    /// <summary>job-cancel.</summary>
    Cancel,

    /// <summary>job-dismiss.</summary>
    Dismiss,
}
