namespace Rx.Qmp;

/// <summary>A command with its arguments as properties.</summary>
/// <typeparam name="TResult">What the server returns for it.</typeparam>
public interface IQmpCommand<TResult>
{
    /// <summary>Puts the command into the form that is sent. Worth keeping where the same command is sent often.</summary>
    /// <returns>The encoded command.</returns>
    /// <exception cref="ArgumentException">An argument cannot be sent.</exception>
    QmpCommand<TResult> Encode();
}
