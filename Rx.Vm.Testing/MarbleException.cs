using Rx.Vm.Testing.Running;

namespace Rx.Vm.Testing;

/// <summary>
/// A marble test failed or was written wrongly. The message is made to be read in a test log: fixed-width, without colours.
/// </summary>
/// <param name="message">What failed; several lines.</param>
/// <param name="inner">The underlying failure, if there is one.</param>
public class MarbleException(string message, Exception? inner = null) : RxVmException(message, inner)
{
    /// <summary>
    /// As of any exception, and above it the expectation that failed first: the call that test explorers open is the one to look at, not
    /// that of <see cref="Marble.Run(Action{MarbleRun}, MarbleOptions?)"/>.
    /// </summary>
    public override string? StackTrace =>
        Site.IsKnown && base.StackTrace is { } trace ? $"   at a failed expectation {Site}{Environment.NewLine}{trace}" : base.StackTrace;

    /// <summary>Where the test makes the expectation that failed first.</summary>
    internal CallSite Site { get; init; }
}
