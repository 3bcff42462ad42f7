namespace Rx.Vm;

/// <summary>The base of everything this library throws on purpose.</summary>
/// <param name="message">One line that names the culprit.</param>
/// <param name="inner">The underlying failure, if there is one.</param>
public class RxVmException(string message, Exception? inner = null) : Exception(message, inner);
