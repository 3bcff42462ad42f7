namespace Rx.Vm.Testing.Running;

/// <summary>A run went over its limit of work or of time.</summary>
internal sealed class MarbleLimitException(string message) : MarbleException(message);
