namespace Rx.Vm;

/// <summary>
/// The door of what needs Linux: QEMU's processes and the image store. Checked when it is opened, not by a platform attribute, which would
/// warn about every line of an app that is not itself marked. Specs, states, marbles and the simulated machine run anywhere.
/// </summary>
internal static class LinuxOnly
{
    /// <summary>Throws where <paramref name="what"/> can't work.</summary>
    public static void Require(string what)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new PlatformNotSupportedException(Complaint(what));
        }
    }

    /// <summary>What is said where <paramref name="what"/> can't work.</summary>
    public static string Complaint(string what) => $"{what} needs Linux; a simulated machine (Rx.Vm.Testing) runs anywhere";
}
