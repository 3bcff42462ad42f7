namespace Rx.Vm.Tests.Campaign;

/// <summary>What a life must never do. Judged from outside, apart from the laws of single steps.</summary>
internal enum Breach : byte
{
    None,

    /// <summary>A step broke one of the laws of <see cref="Rx.Vm.Lifecycle.VmRule"/>.</summary>
    Law,

    /// <summary>A request was answered that was not waiting: answered twice, or never made.</summary>
    AnsweredTwice,

    /// <summary>The machine has gone and a request is still waiting.</summary>
    Unanswered,

    /// <summary>The process was launched twice.</summary>
    LaunchedTwice,

    /// <summary>The host's resources were released twice.</summary>
    ClosedTwice,

    /// <summary>A pod that ran was not told to have ended, or twice.</summary>
    PodEndMissing,

    /// <summary>Something happened to a machine that had gone.</summary>
    RoseAgain,

    /// <summary>The machine has gone and its process, which a kill would have ended, lives.</summary>
    ProcessLeft,

    /// <summary>A phase outlasted the sum of its deadlines, or a kill its own and the release's.</summary>
    TooSlow,

    /// <summary>Nothing is under way and nothing armed, and the machine has not gone.</summary>
    Stuck,

    /// <summary>More steps than a life can need.</summary>
    Endless,

    /// <summary>The pipeline lost, doubled, swapped or mistimed something; only of lives that go through it.</summary>
    Pipeline,
}
