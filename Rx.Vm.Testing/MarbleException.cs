namespace Rx.Vm.Testing;

/// <summary>
/// A marble test failed or was written wrongly. The message is made to be read in a test log: fixed-width, without colours.
/// </summary>
/// <param name="message">What failed; several lines.</param>
/// <param name="inner">The underlying failure, if there is one.</param>
public class MarbleException(string message, Exception? inner = null) : RxVmException(message, inner);
