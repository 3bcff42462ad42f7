using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Rx.Vm.Cli.Streams;
using Rx.Vm.Qemu;

namespace Rx.Vm.Cli;

/// <summary>
/// What comes before anything else is loaded: a runtime that runs out of descriptors half-way ends in an abort, not in a sentence. With very
/// few it runs out of them in here.
/// </summary>
internal static class Beginning
{
    /// <summary>Whether the program can run; complains where it can't.</summary>
    // Inlined, it would want its parts where nobody catches that they are missing.
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static bool IsPossible()
    {
        StandardDescriptors.Repair();
        if (MachineDoctor.Obstacle() is not { } obstacle)
        {
            return true;
        }

        Tell($"rxvm: {obstacle}\n");
        return false;
    }

    /// <summary>Whether a part of the program or of .NET could not be opened.</summary>
    public static bool IsOfTheRuntime(Exception e) =>
        (e is TypeInitializationException { InnerException: { } cause } ? cause : e) is IOException or TypeLoadException or BadImageFormatException;

    /// <summary>Says why nothing goes on from here.</summary>
    public static void TellThatNothingLoads() =>
        Tell("rxvm: parts of the program can't be opened, most likely for want of file descriptors (raise it: ulimit -n 1024)\n");

    // By what every .NET program has loaded already, and without a thread: that takes descriptors too.
    private static void Tell(string line)
    {
        try
        {
            using var error = new SafeFileHandle(2, ownsHandle: false);
            using var stream = new FileStream(error, FileAccess.Write, bufferSize: 0);
            stream.Write(Encoding.UTF8.GetBytes(line));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // Nobody reads it.
        }
    }
}
