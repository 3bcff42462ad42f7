namespace Rx.Vm.Testing.Notation;

/// <summary>What <c>#</c> or <c>#[name]</c> stands for: an exception to send or to compare with, or a test.</summary>
internal sealed record NamedError(string Name, Exception Exception, string Description)
{
    /// <summary>As it is written in a diagram.</summary>
    public string Token => Name.Length == 0 ? "#" : $"#[{Name}]";

    public static NamedError Of(string name, Exception error) => new(name, error, ValueText.Of(error));

    public static NamedError Matching<TException>(string name, Func<TException, bool>? accepts)
        where TException : Exception
    {
        var description = accepts is null ? $"any {typeof(TException).Name}" : $"a {typeof(TException).Name} that passes a test";
        return new(name, new ErrorPattern(e => e is TException typed && (accepts?.Invoke(typed) ?? true), description), description);
    }
}
