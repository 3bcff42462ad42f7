using System.Text;
using Rx.Vm.Guest.Wire;
using Rx.Vm.Text;

namespace Rx.Vm.Init.Rules;

/// <summary>What a STARTPOD must satisfy before anything is done. Each answer is null, or one sentence naming the culprit.</summary>
internal static class PodRules
{
    /// <summary>Most containers of a pod.</summary>
    public const int MaxContainers = 64;

    /// <summary>Longest host name, in bytes: the kernel's limit.</summary>
    public const int MaxHostname = 64;

    /// <summary>Judges a pod.</summary>
    public static string? Judge(PodPayload pod)
    {
        if (Encoding.UTF8.GetByteCount(pod.Hostname) > MaxHostname || ProcessRules.HasControl(pod.Hostname))
        {
            return $"the host name must be at most {MaxHostname} bytes without control characters";
        }

        if (pod.Containers.Length is 0 or > MaxContainers)
        {
            return $"a pod has 1 to {MaxContainers} containers, not {pod.Containers.Length}";
        }

        var ids = new HashSet<string>(StringComparer.Ordinal);
        var sessions = new HashSet<ulong>();
        foreach (var container in pod.Containers)
        {
            if (container is null || !Identifiers.IsValid(container.Id))
            {
                return $"each container is an object with an id: {Identifiers.Rule}";
            }

            if (!ids.Add(container.Id))
            {
                return $"container {container.Id} is declared twice";
            }

            if (JudgeContainer(container, sessions) is { } fault)
            {
                return $"container {container.Id}: {fault}";
            }
        }

        return null;
    }

    private static string? JudgeContainer(ContainerPayload container, HashSet<ulong> sessions) =>
        JudgeRoot(container)
        ?? ProcessRules.JudgeSessions(container.Tty, container.Stderr, sessions)
        ?? ProcessRules.JudgeCommand(container.Cmd, container.Envs, container.Workdir)
        ?? ProcessRules.JudgeUser(container.User, container.Group, container.AdditionalGroups);

    private static string? JudgeRoot(ContainerPayload container)
    {
        var hasSerial = !string.IsNullOrEmpty(container.Serial);
        if (!hasSerial && container.Image.Length == 0)
        {
            return "the root disk is not named: serial and image are both empty";
        }

        if (container.Serial is { } serial && (Encoding.UTF8.GetByteCount(serial) > DiskSerial.MaxBytes || ProcessRules.HasControl(serial)))
        {
            return $"the serial of the root disk must be at most {DiskSerial.MaxBytes} bytes without control characters";
        }

        if (!hasSerial && !(container.Image.Length <= 32 && container.Image.All(char.IsAsciiLetterOrDigit)))
        {
            return "the image must be the name of a block device such as sda; directories in a share are not supported";
        }

        if (container.FsType is not { Length: >= 1 and <= 32 } type || !type.All(c => char.IsAsciiLetterOrDigit(c) || c is '_'))
        {
            return "the root disk's fstype is missing or not a file system name";
        }

        return IsSubdirectory(container.Rootfs) ? null : "rootfs must be a plain relative directory";
    }

    /// <summary>Plain names and slashes only: the text becomes part of overlayfs options, where commas and colons separate.</summary>
    private static bool IsSubdirectory(string path) =>
        path.Length <= 1024
        && path.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-' or '/')
        && !path.Split('/').Contains("..");
}
