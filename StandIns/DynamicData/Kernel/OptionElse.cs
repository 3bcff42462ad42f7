namespace DynamicData.Kernel;

/// <summary>The second half of <see cref="OptionExtensions.IfHasValue{T}(in Optional{T}, Action{T})"/>.</summary>
public sealed class OptionElse
{
    private readonly bool run;

    internal OptionElse(bool run) => this.run = run;

    /// <summary>Runs the action if there was no value.</summary>
    /// <param name="action">The action.</param>
    public void Else(Action action)
    {
        ArgumentNullException.ThrowIfNull(action);
        if (run)
        {
            action();
        }
    }
}
