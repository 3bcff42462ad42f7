using Rx.Vm.Lifecycle;
using Rx.Vm.Qemu;
using Rx.Vm.Text;

namespace Rx.Vm;

/// <summary>What one machine is like: its size, its kernel, its time limits, and what becomes of it when its pod or its host ends.</summary>
public sealed record VmOptions
{
    /// <summary>The id: 1 to 64 of letters, digits, '_', '.', '-'. Null makes <c>vm-</c> and ten random letters.</summary>
    public string? Id { get; init; }

    /// <summary>
    /// Guest memory in bytes: a whole number of MiB from 96 MiB, with less the kernel does not come up, to 1 TiB. Null: what the spec of the
    /// pod asks for that boots the machine, else 256 MiB. A pod that asks for more than the machine has is refused.
    /// </summary>
    public long? Memory { get; init; }

    /// <summary>Virtual processors, 1 to 64. Null: what the spec of the pod asks for that boots the machine, else 1.</summary>
    public int? Cpus { get; init; }

    /// <summary>The kernel; null takes the host's.</summary>
    public string? KernelPath { get; init; }

    /// <summary>The initramfs; null takes the host's.</summary>
    public string? InitrdPath { get; init; }

    /// <summary>Added to the kernel's command line.</summary>
    public string KernelAppend { get; init; } = "";

    /// <summary>Hardware virtualisation or translation. Default: chosen by the host.</summary>
    public Accelerator Accelerator { get; init; } = Accelerator.Auto;

    /// <summary>
    /// Whether the machine must be isolated by hardware. Then a start that would have to use translation, which is not a security boundary,
    /// fails with <see cref="MachineStartFailure.Isolation"/>. Default: no.
    /// </summary>
    public bool RequireIsolation { get; init; }

    /// <summary>What becomes of the machine when its pod ends by itself. Default: it is shut down.</summary>
    public KeepMode Keep { get; init; } = KeepMode.None;

    /// <summary>
    /// What becomes of the machine when this process ends without disposing the host: by a return from <c>Main</c>, a signal (SIGKILL too)
    /// or a crash. Default: the kernel ends the machine with it. A process that forks without exec counts until its copy ends as well.
    /// </summary>
    public WhenProcessDies WhenProcessDies { get; init; } = WhenProcessDies.Kill;

    /// <summary>How long to wait for what.</summary>
    public VmTimeouts Timeouts { get; init; } = new();

    /// <summary>
    /// The file that gets the machine's journal, in place of one in the host's <see cref="Journal.JournalOptions.Directory"/>. An older
    /// journal there is replaced; one that is still being written, one of a later format, or anything else, is refused. Null: no file of its own.
    /// </summary>
    public string? JournalPath { get; init; }

    /// <summary>Throws for the first value out of its range, naming it.</summary>
    internal void Validate()
    {
        if (Id is not null && !Identifiers.IsValid(Id))
        {
            throw new RxVmException($"{nameof(VmOptions)}.{nameof(Id)}: {Identifiers.Complaint(Id)}");
        }

        if (Memory is { } memory
            && (memory % 1.MiB() != 0 || memory < MachineSize.LeastMemoryMiB.MiB() || memory > MachineSize.MostMemoryMiB.MiB()))
        {
            throw new RxVmException(
                $"{nameof(VmOptions)}.{nameof(Memory)}: {memory} bytes is not a whole number of MiB from {MachineSize.LeastMemoryMiB} MiB to 1 TiB");
        }

        if (Cpus is < 1 or > MachineSize.MostCpus)
        {
            throw new RxVmException($"{nameof(VmOptions)}.{nameof(Cpus)}: {Cpus} is not between 1 and {MachineSize.MostCpus}");
        }

        EnumRules.Check($"{nameof(VmOptions)}.{nameof(Accelerator)}", Accelerator);
        EnumRules.Check($"{nameof(VmOptions)}.{nameof(Keep)}", Keep);
        EnumRules.Check($"{nameof(VmOptions)}.{nameof(WhenProcessDies)}", WhenProcessDies);
        if (Timeouts.Invalid() is { } name)
        {
            throw new RxVmException($"{nameof(VmOptions)}.{nameof(Timeouts)}.{name}: must be more than 0, or infinite");
        }
    }
}
