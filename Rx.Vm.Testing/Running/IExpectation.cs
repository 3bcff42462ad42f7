namespace Rx.Vm.Testing.Running;

/// <summary>Something a run must fulfil.</summary>
internal interface IExpectation : IDisposable
{
    /// <summary>What it is about.</summary>
    string Name { get; }

    /// <summary>Where the test calls for it.</summary>
    CallSite Site { get; }

    /// <summary>Whether it says what is expected; one that does not would always pass.</summary>
    bool HasMatcher { get; }

    /// <summary>Whether it is still subscribed to something that has not ended.</summary>
    bool IsOpen { get; }

    /// <summary>Why it is not fulfilled, or null.</summary>
    string? Verdict();
}
