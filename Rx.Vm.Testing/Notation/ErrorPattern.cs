namespace Rx.Vm.Testing.Notation;

/// <summary>Stands in an expected notification for every exception that passes a test. Never thrown, never sent.</summary>
internal sealed class ErrorPattern(Func<Exception, bool> accepts, string description) : Exception(description)
{
    public bool Accepts(Exception actual) => accepts(actual);
}
