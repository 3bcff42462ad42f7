namespace Rx.Vm.Tests.Fold.Search;

/// <summary>The laws of the folds and of their composition.</summary>
internal enum Law
{
    /// <summary>None was broken.</summary>
    None,

    /// <summary>Every input has an answer; nothing throws and nothing goes on for ever.</summary>
    Total,

    /// <summary>A core uses the bits it says, and no more.</summary>
    Width,

    /// <summary>What is final stays so.</summary>
    FinalStays,

    /// <summary>A request that is turned down changes nothing.</summary>
    RefusalChangesNothing,

    /// <summary>The same word or tally twice is as good as once.</summary>
    LevelsAreIdempotent,

    /// <summary>An operation that has ended is not wanted any more, or begins anew.</summary>
    EndIsConsumed,

    /// <summary>Who does something has a deadline.</summary>
    WorkHasDeadline,

    /// <summary>Words only rise.</summary>
    WordsRise,

    /// <summary>The operations of a state are those that its cores want.</summary>
    OpsAreDerived,

    /// <summary>Ids of operations rise; none comes back.</summary>
    IdsRise,

    /// <summary>Each request is answered once.</summary>
    OneAnswer,

    /// <summary>What is answered is so.</summary>
    TruthfulAnswer,

    /// <summary>A device is let go only when no later one of its owner is in the machine.</summary>
    ReverseOrder,

    /// <summary>Of what has gone nothing is left.</summary>
    GoneIsEmpty,

    /// <summary>A limit is that of one step of a device; the next has its own.</summary>
    LimitIsOfOneStep,

    /// <summary>While the machine stands still, so do the deadlines below it.</summary>
    PauseMasks,

    /// <summary>Leases are kept as long as the process may use them.</summary>
    LeasesOutliveProcess,

    /// <summary>A machine that is not kept ends with its pod.</summary>
    NotKeptEndsWithPod,

    /// <summary>With nobody saying anything, every state comes to an end by its deadlines.</summary>
    SilenceEnds,
}

/// <summary>A law that was broken, and where.</summary>
/// <param name="Law">Which.</param>
/// <param name="Where">In words.</param>
internal sealed record Breach(Law Law, string Where);
