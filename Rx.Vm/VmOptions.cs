using Rx.Vm.Guest;
using Rx.Vm.Images;
using Rx.Vm.Lifecycle;
using Rx.Vm.Qemu;

namespace Rx.Vm;

/// <summary>One machine.</summary>
public sealed record VmOptions
{
    /// <summary>The id: 1 to 64 of letters, digits, '_', '.', '-'. Null makes <c>vm-</c> and ten random letters.</summary>
    public string? Id { get; init; }

    /// <summary>Guest memory in bytes, a whole number of MiB. Default 256 MiB.</summary>
    public long Memory { get; init; } = 256.MiB();

    /// <summary>Virtual processors. Default 1.</summary>
    public int Cpus { get; init; } = 1;

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
    /// journal there is replaced, anything else refused. Null: no file of its own.
    /// </summary>
    public string? JournalPath { get; init; }

    /// <summary>Throws for the first value out of its range, naming it.</summary>
    internal void Validate()
    {
        // The rule for ids of machines is that of image names.
        if (Id is not null && !ImageReference.IsValidName(Id))
        {
            throw new RxVmException(
                $"{nameof(VmOptions)}.{nameof(Id)}: '{GuestText.Sanitize(Id, 80)}' is not an id: "
                + "1 to 64 of letters, digits, '_', '.', '-', the first a letter or digit");
        }

        if (Memory % 1.MiB() != 0 || Memory < 64.MiB() || Memory > 1024.GiB())
        {
            throw new RxVmException($"{nameof(VmOptions)}.{nameof(Memory)}: {Memory} bytes is not a whole number of MiB from 64 MiB to 1 TiB");
        }

        if (Cpus is < 1 or > 64)
        {
            throw new RxVmException($"{nameof(VmOptions)}.{nameof(Cpus)}: {Cpus} is not between 1 and 64");
        }

        if (Timeouts.Invalid() is { } name)
        {
            throw new RxVmException($"{nameof(VmOptions)}.{nameof(Timeouts)}.{name}: must be more than 0, or infinite");
        }
    }
}
