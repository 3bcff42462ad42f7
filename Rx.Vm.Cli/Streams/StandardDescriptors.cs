using Rx.Vm.Cli.Native;

namespace Rx.Vm.Cli.Streams;

/// <summary>
/// Sees to it that descriptors 0 to 2 are there and are what the caller gave, also where the caller closed them: the next file that is
/// opened would get such a number, and be taken for a standard stream.
/// </summary>
internal static class StandardDescriptors
{
    private const string Nothing = "/dev/null";

    /// <summary>Must come before anything else of the program. May start the program anew, as the same process.</summary>
    public static void Repair()
    {
        var taken = false;
        for (var descriptor = 0; descriptor <= 2; descriptor++)
        {
            var flags = Posix.FileControl(descriptor, Posix.GetDescriptorFlags);
            if (flags < 0)
            {
                _ = Replace(descriptor);
            }
            else if ((flags & Posix.CloseOnExec) != 0)
            {
                // What came through exec never has this flag: it is the runtime's, which found the number free. Where it can't be replaced a
                // fresh start would find the same again, without end.
                taken = true;
                if (!Replace(descriptor))
                {
                    Complaint.Write(StandardText.Error, $"descriptor {descriptor} is closed, and {Nothing} can't stand in for it");
                    Environment.Exit(ExitCodes.Failed);
                }
            }
        }

        if (taken)
        {
            StartAnew();
        }
    }

    // Standard input the wrong way round, so that reading it fails as reading a closed one does; whoever closed an output wants none.
    private static bool Replace(int descriptor)
    {
        var nothing = Posix.Open(Nothing, descriptor == 0 ? Posix.WriteOnly : Posix.ReadWrite);
        if (nothing < 0 || nothing == descriptor)
        {
            return nothing >= 0;
        }

        var isReplaced = Posix.Duplicate(nothing, descriptor) == descriptor;
        _ = Posix.Close(nothing);
        return isReplaced;
    }

    // The runtime has lost a descriptor of its own to the replacement: only a fresh one can be trusted.
    private static void StartAnew()
    {
        string?[] arguments = [.. File.ReadAllText("/proc/self/cmdline").Split('\0')];
        arguments[^1] = null;
        _ = Posix.Execute("/proc/self/exe", arguments);
        Environment.Exit(ExitCodes.Failed);
    }
}
