namespace Rx.Vm.Testing.Running;

/// <summary>An expectation in code. What it throws leaves the run unchanged, so that a test framework sees its own exception.</summary>
internal sealed class Check(Action check) : IExpectation
{
    public string Name => "a check";

    public CallSite Site => default;

    public bool HasMatcher => true;

    public bool IsOpen => false;

    public string? Verdict()
    {
        check();
        return null;
    }

    public void Dispose()
    {
    }
}
