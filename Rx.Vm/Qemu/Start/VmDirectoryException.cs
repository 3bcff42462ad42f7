namespace Rx.Vm.Qemu;

/// <summary>A machine's directory could not be made, opened or removed safely.</summary>
internal sealed class VmDirectoryException(string message, Exception? inner = null) : RxVmException(message, inner);
